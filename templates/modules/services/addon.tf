# {{ addon.name | comment }}: {{ addon.about | comment }}.

{%- if addon.has_role %}

resource "aws_iam_role" "{{ addon.identifier | ident }}" {
{%- if not addon.everywhere %}
  count = var.{{ addon.identifier | ident }}_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-{{ addon.name | ident }}"
  description = "What add-on {{ addon.name | text }} may do in the account."

  assume_role_policy = local.pod_identity_trust
}

resource "aws_eks_pod_identity_association" "{{ addon.identifier | ident }}" {
{%- if not addon.everywhere %}
  count = var.{{ addon.identifier | ident }}_enabled ? 1 : 0
{% endif %}
  cluster_name    = var.cluster_name
  namespace       = {{ addon.namespace | hcl }}
  service_account = {{ addon.service_account | hcl }}
  role_arn        = aws_iam_role.{{ addon.identifier | ident }}{{ addon.index | hcl }}.arn
}
{%- endif %}
{%- if addon.has_crd_chart %}

# Custom resource definitions by a chart of their own: Helm never upgrades those that come with a chart. Not atomic:
# taking a definition out again would take every object of its kind along.
resource "helm_release" "{{ addon.identifier | ident }}_crd" {
{%- if not addon.everywhere %}
  count = var.{{ addon.identifier | ident }}_enabled ? 1 : 0
{% endif %}
  name       = {{ addon.crd_chart | hcl }}
  namespace  = {{ addon.namespace | hcl }}
  repository = {{ addon.repository | hcl }}
  chart      = {{ addon.crd_chart | hcl }}
  version    = {{ addon.version | hcl }}
  wait       = true
  timeout    = 300
}
{%- endif %}
{%- if addon.has_note %}

# {{ addon.note | comment }}
{%- else %}
{# #}
{%- endif %}
resource "helm_release" "{{ addon.identifier | ident }}" {
{%- if not addon.everywhere %}
  count = var.{{ addon.identifier | ident }}_enabled ? 1 : 0
{% endif %}
  name       = {{ addon.name | hcl }}
  namespace  = {{ addon.namespace | hcl }}
  repository = {{ addon.repository | hcl }}
  chart      = {{ addon.chart | hcl }}
  version    = {{ addon.version | hcl }}
{%- if addon.creates_namespace %}

  create_namespace = true
{%- endif %}
{%- if addon.has_crd_chart %}
  skip_crds  = true
{%- endif %}
  wait       = true
  timeout    = 600

  # A failed installation is taken out again, so that the next apply starts clean.
  atomic          = true
  cleanup_on_fail = true
{%- if addon.values_differ %}

  values = [
    yamlencode({{ addon.values | hcl }}),
    yamlencode(var.{{ addon.identifier | ident }}_values),
  ]
{%- else %}

  values = [yamlencode({{ addon.values | hcl }})]
{%- endif %}
{%- if addon.has_depends_on %}

  # A pod that starts before its role is associated runs without credentials until it is restarted.
  depends_on = [
{%- for address in addon.depends_on %}
    {{ address | hcl }},
{%- endfor %}
  ]
{%- endif %}
}
