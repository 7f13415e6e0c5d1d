{% include "parts/database_variables.tf" %}
