{% include "parts/database_network.tf" %}
