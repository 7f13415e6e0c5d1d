# {{ addon.name | comment }}: {{ addon.about | comment }}.
{%- if addon.reads_default %}

data "aws_eks_addon_version" "{{ addon.identifier | ident }}" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  # {{ addon.default_because | comment }}: AWS's default for this Kubernetes version, read at plan. It can move without an edit here.
  addon_name         = {{ addon.name | hcl }}
  kubernetes_version = {{ addon.kubernetes_version | hcl }}
  most_recent        = false
}
{%- endif %}

resource "aws_eks_addon" "{{ addon.identifier | ident }}" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  cluster_name                = {{ addon.cluster_name | hcl }}
  addon_name                  = {{ addon.name | hcl }}
  addon_version               = {{ addon.version | hcl }}
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
{%- if addon.fargate_differs and addon.values_differ %}

  # Top-level keys that the cluster gives replace the others.
  configuration_values = jsonencode(merge(
    jsondecode(
      var.core_on_fargate
      ? jsonencode({{ addon.fargate_values | hcl }})
      : jsonencode({{ addon.values | hcl }})
    ),
    var.{{ addon.identifier | ident }}_values,
  ))
{%- elif addon.fargate_differs %}

  configuration_values = (
    var.core_on_fargate
    ? jsonencode({{ addon.fargate_values | hcl }})
    : jsonencode({{ addon.values | hcl }})
  )
{%- elif addon.values_differ %}

  # Top-level keys that the cluster gives replace the standard's.
  configuration_values = jsonencode(merge({{ addon.values | hcl }}{% if addon.has_pods %}, local.vpc_cni_pods{% endif %}, var.{{ addon.identifier | ident }}_values))
{%- elif addon.has_pods %}

  configuration_values = jsonencode(merge({{ addon.values | hcl }}, local.vpc_cni_pods))
{%- elif addon.has_values %}

  configuration_values = jsonencode({{ addon.values | hcl }})
{%- endif %}
{%- if addon.has_role %}

  pod_identity_association {
    service_account = {{ addon.service_account | hcl }}
    role_arn        = aws_iam_role.{{ addon.identifier | ident }}{{ addon.index | hcl }}.arn
  }
{%- endif %}
{%- if addon.has_depends_on %}

  # {{ addon.depends_because | comment }}
  depends_on = {{ addon.depends_on | hcl }}
{%- endif %}
}
{%- if addon.has_access %}

locals {
  # What its role is limited to: {{ addon.access_about | comment }}.
  {{ addon.identifier | ident }}_access = {{ addon.access | hcl }}
}
{%- endif %}
{%- if addon.has_role %}

resource "aws_iam_role" "{{ addon.identifier | ident }}" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.{{ addon.name_variable | ident }}}-{{ addon.name | ident }}"
  description = "What add-on {{ addon.name | text }} may do in the account."

  assume_role_policy = local.pod_identity_trust
}
{%- if addon.has_managed_policies %}

resource "aws_iam_role_policy_attachment" "{{ addon.identifier | ident }}" {
  for_each = {{ addon.policy_set | hcl }}

  role       = aws_iam_role.{{ addon.identifier | ident }}{{ addon.index | hcl }}.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value}"
}
{%- endif %}
{%- endif %}
