# What exists already. An apply takes it over as it is and makes none of it; after that these blocks do nothing, and
# go with `import` in the blueprint.
{%- for import in imports %}

import {
  to = {{ import.address | hcl }}
  id = {{ import.id | hcl }}
}
{%- endfor %}
