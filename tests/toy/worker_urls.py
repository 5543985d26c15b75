from django.urls import path

from tests.toy import views

app_name = "errand"
urlpatterns = [path("errand/", views.ask, name="ask")]
