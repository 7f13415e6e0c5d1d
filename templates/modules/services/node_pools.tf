# Karpenter's node pools: one release each, of a chart that prints its values. A plan shows what changes, no custom
# resource definition is needed to plan, and Karpenter, which drains the nodes, is destroyed after them.
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

resource "helm_release" "node_pool_{{ pool.identifier | ident }}" {
{%- if not pool.everywhere %}
  count = {{ pool.count | hcl }}
{% endif %}
  name      = "node-pool-{{ pool.name | ident }}"
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
        metadata   = { name = {{ pool.name | hcl }} }
        spec = {
          role                       = local.contract.karpenter_node_role_name
          amiSelectorTerms           = [{ alias = {{ image | hcl }} }]
          subnetSelectorTerms        = {{ subnets | hcl }}
          securityGroupSelectorTerms = [{ id = data.aws_eks_cluster.this.vpc_config[0].cluster_security_group_id }]

          metadataOptions = {
            httpEndpoint            = "enabled"
            httpTokens              = "required"
            httpPutResponseHopLimit = 1
          }

          blockDeviceMappings = [
            {
              deviceName = "/dev/xvda"
              ebs = {
                volumeType          = "gp3"
                volumeSize          = "${var.{{ pool.variable | ident }}.disk_gib}Gi"
                encrypted           = true
                deleteOnTermination = true
              }
            },
          ]

          tags = merge(var.tags, { Name = "${var.cluster_name}-{{ pool.name | ident }}" })
        }
      },
      {
        apiVersion = "karpenter.sh/v1"
        kind       = "NodePool"
        metadata   = { name = {{ pool.name | hcl }} }
        spec = {
          weight = var.{{ pool.variable | ident }}.weight
          limits = {
            for resource, limit in {
              cpu    = var.{{ pool.variable | ident }}.cpu_limit
              memory = var.{{ pool.variable | ident }}.memory_limit
            } : resource => limit if limit != null
          }

          # A node whose pods fit elsewhere, or on a cheaper one, goes once no pod has come or gone for five minutes; one node
          # in ten at a time. Nodes that expire do not wait for this budget.
          disruption = {
            consolidationPolicy = "WhenEmptyOrUnderutilized"
            consolidateAfter    = "5m"
            budgets             = [{ nodes = "10%" }]
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
                name  = {{ pool.name | hcl }}
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

  depends_on = [helm_release.karpenter]
}
{%- endfor %}
