from django.urls import path

from tests.toy import views

urlpatterns = [path("forgotten/", views.forgotten)]
