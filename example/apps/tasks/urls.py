"""Addresses of the tasks' pages."""

from __future__ import annotations

from django.urls import path

from apps.tasks.views import board, edit, export, graph, lists, report

urlpatterns = [
    path("", lists.task_list, name="tasks"),
    path("add/", edit.add, name="task-add"),
    path("graph/", graph.graph, name="task-graph"),
    path("board/", board.board, name="task-board"),
    path("report/", report.report, name="task-report"),
    path("calendar.ics", export.calendar, name="task-calendar"),
    path("<int:pk>/", edit.task, name="task"),
    path("<int:pk>/finish/", edit.finish, name="task-finish"),
    path("<int:pk>/reopen/", edit.reopen, name="task-reopen"),
    path("<int:pk>/delete/", edit.delete, name="task-delete"),
]
