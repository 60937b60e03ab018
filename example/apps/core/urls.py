"""Addresses of accounts and of the home page."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import path

from apps.core import views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/signup/", views.sign_up, name="signup"),
    path("accounts/login/", auth.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
]
