from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vedette", "0006_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="partrow",
            name="edition",
            field=models.SmallIntegerField(null=True),
        ),
    ]
