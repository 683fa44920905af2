"""The one page of the Django project that test_documents serves."""

from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]
from django.urls import path  # type: ignore[import-untyped]


def hello(_: HttpRequest) -> HttpResponse:
    """Say where it comes from."""
    return HttpResponse("from Django")


urlpatterns = [path("hello", hello)]
