# {{ addon.name | comment }}: {{ addon.about | comment }}.

{%- set moved = addon.moved %}
{%- include "parts/moved.tf" %}
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
  name        = "${var.cluster_name}-{{ addon.made_as | ident }}"
  description = "What add-on {{ addon.name | text }} may do in the account."

  assume_role_policy = {{ addon.trust | hcl }}
}
{%- if addon.has_managed_policies %}

resource "aws_iam_role_policy_attachment" "{{ addon.identifier | ident }}" {
  for_each = {{ addon.policy_set | hcl }}

  role       = aws_iam_role.{{ addon.identifier | ident }}{{ addon.index | hcl }}.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value}"
}
{%- endif %}
{%- if addon.has_statements %}

resource "aws_iam_policy" "{{ addon.identifier | ident }}_statements" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-{{ addon.made_as | ident }}-statements"
  description = "What the blueprint allows add-on {{ addon.made_as | text }}."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = {{ addon.statements | hcl }}
  })
}

resource "aws_iam_role_policy_attachment" "{{ addon.identifier | ident }}_statements" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.{{ addon.identifier | ident }}{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.{{ addon.identifier | ident }}_statements{{ addon.index | hcl }}.arn
}
{%- endif %}
{%- if addon.has_pod_identity %}

resource "aws_eks_pod_identity_association" "{{ addon.identifier | ident }}" {
{%- if not addon.pod_identity_everywhere %}
  count = {{ addon.pod_identity_count | hcl }}
{% endif %}
  cluster_name    = var.cluster_name
  namespace       = {{ addon.namespace | hcl }}
  service_account = {{ addon.service_account | hcl }}
  role_arn        = aws_iam_role.{{ addon.identifier | ident }}{{ addon.index | hcl }}.arn
}
{%- endif %}
{%- if addon.has_irsa %}

locals {
  # On Fargate there is no Pod Identity: the token of the service account itself is the proof.
  {{ addon.identifier | ident }}_irsa_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ServiceAccount"
        Effect    = "Allow"
        Principal = { Federated = local.contract.oidc_provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${trimprefix(local.contract.oidc_issuer, "https://")}:aud" = "sts.amazonaws.com"
            "${trimprefix(local.contract.oidc_issuer, "https://")}:sub" = "system:serviceaccount:{{ addon.namespace | ident }}:{{ addon.service_account | ident }}"
          }
        }
      },
    ]
  })
}
{%- endif %}
{%- endif %}
{%- if addon.has_crd_chart %}

# Custom resource definitions by a chart of their own: Helm never upgrades those that come with a chart. Not atomic:
# taking a definition out again would take every object of its kind along.
resource "helm_release" "{{ addon.identifier | ident }}_crd" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name       = {{ addon.crd_chart | hcl }}
  namespace  = {{ addon.namespace | hcl }}
  repository = {{ addon.repository | hcl }}
  chart      = {{ addon.crd_chart | hcl }}
  version    = {{ addon.version | hcl }}
{%- if addon.creates_namespace %}

  create_namespace = true
{%- endif %}
  wait       = true
  timeout    = 300
}
{%- endif %}
{%- if addon.has_note %}

# {{ addon.note | comment }}
{%- if addon.is_untested %}
# Upstream has not tested this version on Kubernetes {{ addon.untested_on | comment }}.
{%- endif %}
{%- elif addon.is_untested %}

# Upstream has not tested this version on Kubernetes {{ addon.untested_on | comment }}.
{%- else %}
{# #}
{%- endif %}
resource "helm_release" "{{ addon.identifier | ident }}" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name       = {{ addon.made_as | hcl }}
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
{%- if addon.fargate_differs %}

  values = compact([
    yamlencode({{ addon.values | hcl }}),
    var.core_on_fargate ? yamlencode({{ addon.fargate_values | hcl }}) : "",
{%- if addon.values_differ %}
    length(var.{{ addon.identifier | ident }}_values) > 0 ? yamlencode(var.{{ addon.identifier | ident }}_values) : "",
{%- endif %}
  ])
{%- elif addon.values_differ %}

  # Of a cluster that gives none, the second is left out: it would be a change.
  values = compact([
    yamlencode({{ addon.values | hcl }}),
    length(var.{{ addon.identifier | ident }}_values) > 0 ? yamlencode(var.{{ addon.identifier | ident }}_values) : "",
  ])
{%- else %}

  values = [yamlencode({{ addon.values | hcl }})]
{%- endif %}
{%- if addon.has_depends_on %}

  # {{ addon.depends_because | comment }}
  depends_on = [
{%- for address in addon.depends_on %}
    {{ address | hcl }},
{%- endfor %}
  ]
{%- endif %}
}
{%- if addon.has_objects %}

# What goes with it, once it runs.
resource "helm_release" "{{ addon.identifier | ident }}_objects" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name      = "{{ addon.name | ident }}-objects"
  namespace = {{ addon.namespace | hcl }}
  chart     = "${path.module}/charts/objects"
  wait      = true
  atomic    = true
  timeout   = 300

  values = [yamlencode({
    objects = {{ addon.objects | hcl }}
  })]

  depends_on = [helm_release.{{ addon.identifier | ident }}]
}
{%- endif %}
