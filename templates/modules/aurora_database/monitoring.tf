{% include "parts/database_monitoring.tf" %}
