# Fargate: each pod that a profile selects runs on a machine of its own, which AWS looks after. Such a machine takes no labels and no
# DaemonSets, and its pods have neither EBS volumes nor Pod Identity.

resource "aws_iam_role" "fargate" {
{%- if not everywhere %}
  count = {{ count | hcl }}
{% endif %}
  name        = "${var.name}-fargate"
  description = "Pulls images for pods on Fargate."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Fargate"
        Effect    = "Allow"
        Principal = { Service = "eks-fargate-pods.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          ArnLike = { "aws:SourceArn" = "arn:${var.partition}:eks:${var.region}:${var.account_id}:fargateprofile/${var.name}/*" }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "fargate" {
  for_each = {{ policy_set | hcl }}

  role       = aws_iam_role.fargate{{ index | hcl }}.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value}"
}
{%- for profile in profiles %}
{%- set moved = profile.moved %}
{%- include "parts/moved.tf" %}

resource "aws_eks_fargate_profile" "{{ profile.identifier | ident }}" {
{%- if not profile.everywhere %}
  count = {{ profile.count | hcl }}
{% endif %}
  cluster_name = aws_eks_cluster.this.name

  # A profile cannot change. With a hash of its subnets, the one that replaces it has another name, and comes first. EKS deletes the
  # pods of the old one with it, and they start again under the new one: {% if profile.is_core %}for a minute or two names are not resolved{% else %}for a minute or two they are away{% endif %}.
  fargate_profile_name   = "{{ profile.made_as | ident }}-${substr(sha1(join(",", sort({{ profile.subnets | hcl }}))), 0, 8)}"
  pod_execution_role_arn = aws_iam_role.fargate{{ index | hcl }}.arn
  subnet_ids             = {{ profile.subnets | hcl }}
{% for selector in profile.selectors %}
  selector {
    namespace = {{ selector.namespace | hcl }}
{%- if selector.has_labels %}
    labels    = {{ selector.labels | hcl }}
{%- endif %}
  }
{% endfor %}
  lifecycle {
    create_before_destroy = true
  }

  # Pods pull their images through the zone's route to the internet, and need the role until they are gone.
  depends_on = [
    aws_iam_role_policy_attachment.fargate,
{%- for part in network.parts %}
    {{ part | hcl }},
{%- endfor %}
  ]
}
{%- endfor %}
