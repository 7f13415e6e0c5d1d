# Karpenter's node pools: one release each, of a chart that prints its values. A plan shows what changes, no custom
# resource definition is needed to plan, and Karpenter, which drains the nodes, is destroyed after them.
{%- if has_volume_keys %}

locals {
  # The keys of nodes' volumes.
  volume_keys = distinct(compact({{ volume_keys | hcl }}))
}

# Whoever launches a node must be allowed to use the keys of its volumes. The keys' own policies must leave that to IAM, and
# let EC2 Spot's service-linked role use them where nodes are spot.
resource "aws_iam_role_policy" "karpenter_volume_keys" {
{%- if not volume_keys_everywhere %}
  count = {{ volume_keys_count | hcl }}
{% endif %}
  name = "volume-keys"
  role = aws_iam_role.karpenter{{ karpenter_index | hcl }}.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UseVolumeKeys"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource = local.volume_keys
        Condition = {
          StringEquals = { "kms:ViaService" = "ec2.${var.region}.amazonaws.com" }
        }
      },
      {
        Sid      = "GrantVolumeKeys"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = local.volume_keys
        Condition = {
          StringEquals = { "kms:ViaService" = "ec2.${var.region}.amazonaws.com" }
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
    ]
  })
}
{%- endif %}
{%- if subnets_differ %}

locals {
  # A discovery tag has one value: in a VPC that clusters share they would take it from each other.
  subnets = concat(
    [for id in values(local.contract.private_subnets) : { id = id } if var.subnets_by_id],
    [for name in [var.cluster_name] : { tags = { "karpenter.sh/discovery" = name } } if !var.subnets_by_id],
  )
}
{%- endif %}
{%- for pool in pools %}
{%- set moved = pool.moved %}
{%- include "parts/moved.tf" %}

resource "helm_release" "node_pool_{{ pool.identifier | ident }}" {
{%- if not pool.everywhere %}
  count = {{ pool.count | hcl }}
{% endif %}
  name      = "node-pool-{{ pool.made_as | ident }}"
  namespace = "kube-system"
  chart     = "${path.module}/charts/objects"
  wait      = true
  atomic    = true
  timeout   = 600

  values = [yamlencode({
    objects = [
      {
        apiVersion = "karpenter.k8s.aws/v1"
        kind       = "EC2NodeClass"
        metadata   = { name = {{ pool.made_as | hcl }} }
        spec = {% if pool.has_gaps %}{ for key, value in {% endif %}{
          role                       = local.contract.karpenter_node_role_name
{%- if pool.sets.ami_alias %}
          amiSelectorTerms           = [{ alias = var.{{ pool.variable | ident }}.ami_alias }]
{%- else %}
          amiSelectorTerms           = [{ alias = {{ pool.ami_alias | hcl }} }]
{%- endif %}
          subnetSelectorTerms        = {{ subnets | hcl }}
          securityGroupSelectorTerms = [{ id = data.aws_eks_cluster.this.vpc_config[0].cluster_security_group_id }]
{%- if pool.sets.capacity_reservations %}

          capacityReservationSelectorTerms = {% if pool.lacks.capacity_reservations %}var.{{ pool.variable | ident }}.capacity_reservations == null ? null : {% endif %}[for id in var.{{ pool.variable | ident }}.capacity_reservations : { id = id }]
{%- endif %}

          metadataOptions = {
            httpEndpoint            = "enabled"
            httpTokens              = "required"
            httpPutResponseHopLimit = 1
          }

          blockDeviceMappings = [
{%- if pool.is_bottlerocket %}
            # The system.
            {
              deviceName = "/dev/xvda"
              ebs = {% if pool.lacks.disk_kms_key and pool.sets.disk_kms_key %}{ for key, value in {% endif %}{
                volumeType          = "gp3"
                volumeSize          = "4Gi"
                encrypted           = true
{%- if pool.sets.disk_kms_key %}
                kmsKeyID            = var.{{ pool.variable | ident }}.disk_kms_key
{%- endif %}
                deleteOnTermination = true
              }{% if pool.lacks.disk_kms_key and pool.sets.disk_kms_key %} : key => value if value != null }{% endif %}
            },

            # Images, pods and logs.
            {
              deviceName = "/dev/xvdb"
{%- else %}
            {
              deviceName = "/dev/xvda"
{%- endif %}
              ebs = {% if pool.disk_has_gaps %}{ for key, value in {% endif %}{
                volumeType          = "gp3"
                volumeSize          = "${var.{{ pool.variable | ident }}.disk_gib}Gi"
{%- if pool.sets.disk_iops %}
                iops                = var.{{ pool.variable | ident }}.disk_iops
{%- endif %}
{%- if pool.sets.disk_throughput %}
                throughput          = var.{{ pool.variable | ident }}.disk_throughput
{%- endif %}
                encrypted           = true
{%- if pool.sets.disk_kms_key %}
                kmsKeyID            = var.{{ pool.variable | ident }}.disk_kms_key
{%- endif %}
                deleteOnTermination = true
              }{% if pool.disk_has_gaps %} : key => value if value != null }{% endif %}
            },
          ]
{%- if pool.sets.kubelet %}

          kubelet = {% if pool.lacks.kubelet %}var.{{ pool.variable | ident }}.kubelet == null ? null : {% endif %}{ for key, value in var.{{ pool.variable | ident }}.kubelet : key => value if value != null }
{%- endif %}

          tags = merge(var.tags, { Name = "${var.cluster_name}-{{ pool.made_as | ident }}" })
        }{% if pool.has_gaps %} : key => value if value != null }{% endif %}
      },
      {
        apiVersion = "karpenter.sh/v1"
        kind       = "NodePool"
        metadata   = { name = {{ pool.made_as | hcl }} }
        spec = {
          weight = var.{{ pool.variable | ident }}.weight
          limits = {
            for resource, limit in {
              cpu    = var.{{ pool.variable | ident }}.cpu_limit
              memory = var.{{ pool.variable | ident }}.memory_limit
{%- if pool.sets.gpu_limit %}

              "nvidia.com/gpu" = var.{{ pool.variable | ident }}.gpu_limit
{%- endif %}
            } : resource => limit if limit != null
          }

{%- if pool.sets_disruption %}

          # When nodes go that could be fewer or cheaper. Nodes that expire do not wait for the budgets.
{%- else %}

          # A node whose pods fit elsewhere, or on a cheaper one, goes once no pod has come or gone for five minutes; one node
          # in ten at a time. Nodes that expire do not wait for this budget.
{%- endif %}
          disruption = {
            consolidationPolicy = {% if pool.sets.consolidation_policy %}var.{{ pool.variable | ident }}.consolidation_policy{% else %}"WhenEmptyOrUnderutilized"{% endif %}
            consolidateAfter    = {% if pool.sets.consolidate_after %}var.{{ pool.variable | ident }}.consolidate_after{% else %}"5m"{% endif %}
{%- if pool.sets.budgets %}

            budgets = [
              for budget in var.{{ pool.variable | ident }}.budgets : { for key, value in budget : key => value if value != null }
            ]
{%- else %}
            budgets             = [{ nodes = "10%" }]
{%- endif %}
          }

          template = {
            metadata = { labels = var.{{ pool.variable | ident }}.labels }
            spec = {
              expireAfter = var.{{ pool.variable | ident }}.expire_after
              terminationGracePeriod = var.{{ pool.variable | ident }}.termination_grace_period

              taints = [
                for taint in var.{{ pool.variable | ident }}.taints : { for key, value in taint : key => value if value != null }
              ]

              nodeClassRef = {
                group = "karpenter.k8s.aws"
                kind  = "EC2NodeClass"
                name  = {{ pool.made_as | hcl }}
              }

              requirements = [
                for requirement in [
                  { key = "karpenter.sh/capacity-type", operator = "In", values = var.{{ pool.variable | ident }}.capacity },
                  { key = "kubernetes.io/arch", operator = "In", values = [var.{{ pool.variable | ident }}.architecture] },
                  { key = "kubernetes.io/os", operator = "In", values = ["linux"] },
                  { key = "node.kubernetes.io/instance-type", operator = "In", values = var.{{ pool.variable | ident }}.instance_types },

                  # Where no types are named: general families, of the fifth generation and later.
                  { key = "karpenter.k8s.aws/instance-category", operator = "In", values = length(var.{{ pool.variable | ident }}.instance_types) > 0 ? [] : ["c", "m", "r"] },
                  { key = "karpenter.k8s.aws/instance-generation", operator = "Gt", values = length(var.{{ pool.variable | ident }}.instance_types) > 0 ? [] : ["4"] },
                ] : requirement if length(requirement.values) > 0
              ]
            }
          }
        }
      },
    ]
  })]

{%- if pool.sets.disk_kms_key %}

  depends_on = [aws_iam_role_policy.karpenter_volume_keys, helm_release.karpenter]
{%- else %}

  depends_on = [helm_release.karpenter]
{%- endif %}
}
{%- endfor %}
