# Managed node pools. A change that needs new nodes makes the new group first, then drains the old one. The machine image is
# the newest at creation; it moves with the Kubernetes version or the launch template, and not by itself.

resource "aws_iam_role" "node" {
  name        = "${var.name}-node"
  description = "Nodes of the managed node pools."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Nodes"
        Effect    = "Allow"
        Principal = { Service = "ec2.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

# No CNI policy: vpc-cni has a role of its own.
resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset([
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonSSMManagedInstanceCore",
  ])

  role       = aws_iam_role.node.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value}"
}
{%- for pool in pools %}
{%- set moved = pool.moved %}
{%- include "parts/moved.tf" %}

resource "aws_launch_template" "{{ pool.identifier | ident }}" {
{%- if not pool.everywhere %}
  count = {{ pool.count | hcl }}
{% endif %}
  name                   = "${var.name}-{{ pool.made_as | ident }}"
  update_default_version = true

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"

    # One hop: no pod reaches the node's role but those in the host's network.
    http_put_response_hop_limit = 1
  }

{%- if pool.is_bottlerocket %}

  # The system.
  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = 4
      encrypted             = true
{%- if pool.sets.disk_kms_key %}
      kms_key_id            = var.{{ pool.variable | ident }}.disk_kms_key
{%- endif %}
      delete_on_termination = true
    }
  }

  # Images, pods and logs.
  block_device_mappings {
    device_name = "/dev/xvdb"
{%- else %}

  block_device_mappings {
    device_name = "/dev/xvda"
{%- endif %}

    ebs {
      volume_type           = "gp3"
      volume_size           = var.{{ pool.variable | ident }}.disk_gib
{%- if pool.sets.disk_iops %}
      iops                  = var.{{ pool.variable | ident }}.disk_iops
{%- endif %}
{%- if pool.sets.disk_throughput %}
      throughput            = var.{{ pool.variable | ident }}.disk_throughput
{%- endif %}
      encrypted             = true
{%- if pool.sets.disk_kms_key %}

      # The key's policy must let EC2 Auto Scaling's service-linked role use it, and grant its use to AWS: without that no
      # instance starts.
      kms_key_id = var.{{ pool.variable | ident }}.disk_kms_key

{%- endif %}
      delete_on_termination = true
    }
  }
{%- if pool.sets.kubelet %}
{%- if pool.is_bottlerocket %}

  # EKS adds cluster, endpoint, labels and taints.
  user_data = {% if pool.lacks.kubelet %}var.{{ pool.variable | ident }}.kubelet == null ? null : {% endif %}base64encode(join("\n", concat(
    ["[settings.kubernetes]"],
    [
      for key, value in {
        max-pods                        = var.{{ pool.variable | ident }}.kubelet.maxPods
        image-gc-high-threshold-percent = var.{{ pool.variable | ident }}.kubelet.imageGCHighThresholdPercent
        image-gc-low-threshold-percent  = var.{{ pool.variable | ident }}.kubelet.imageGCLowThresholdPercent
      } : "${key} = ${value}" if value != null
    ],
    flatten([
      for table, quantities in {
        kube-reserved   = var.{{ pool.variable | ident }}.kubelet.kubeReserved
        system-reserved = var.{{ pool.variable | ident }}.kubelet.systemReserved
        eviction-hard   = var.{{ pool.variable | ident }}.kubelet.evictionHard
      } : concat(["[settings.kubernetes.${table}]"], [for key, value in quantities : "\"${key}\" = \"${value}\""]) if quantities != null
    ]),
  )))
{%- else %}

  # EKS adds cluster, endpoint, labels and taints.
  user_data = {% if pool.lacks.kubelet %}var.{{ pool.variable | ident }}.kubelet == null ? null : {% endif %}base64encode(join("\n", [
    "MIME-Version: 1.0",
    "Content-Type: multipart/mixed; boundary=\"//\"",
    "",
    "--//",
    "Content-Type: application/node.eks.aws",
    "",
    yamlencode({
      apiVersion = "node.eks.aws/v1alpha1"
      kind       = "NodeConfig"
      spec = {
        kubelet = {
          config = { for key, value in var.{{ pool.variable | ident }}.kubelet : key => value if value != null }
        }
      }
    }),
    "--//--",
  ]))
{%- endif %}
{%- endif %}
{% for resource in ["instance", "volume", "network-interface"] %}
  tag_specifications {
    resource_type = {{ resource | hcl }}
    tags          = merge(var.tags, { Name = "${var.name}-{{ pool.made_as | ident }}" })
  }
{% endfor %}
  tags = { Name = "${var.name}-{{ pool.made_as | ident }}" }
}
{%- for group in pool.groups %}
{%- if group.was %}

# Groups that were there before cluster-autoscaler stay.
moved {
  from = aws_eks_node_group.{{ group.was | ident }}
  to   = aws_eks_node_group.{{ group.became | ident }}
}
{%- endif %}

resource "aws_eks_node_group" "{{ group.identifier | ident }}" {
{%- if not group.everywhere %}
  count = {{ group.count | hcl }}
{% endif %}
  cluster_name           = aws_eks_cluster.this.name
  node_group_name_prefix = "{{ pool.made_as | ident }}-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = {{ network.private_subnet_list | hcl }}
  version                = aws_eks_cluster.this.version
  ami_type               = var.{{ pool.variable | ident }}.ami_type
{%- if pool.sets.release_version %}
  release_version        = var.{{ pool.variable | ident }}.release_version
{%- endif %}
  capacity_type          = var.{{ pool.variable | ident }}.capacity_type
  instance_types         = var.{{ pool.variable | ident }}.instance_types
  labels                 = var.{{ pool.variable | ident }}.labels

  scaling_config {
    min_size     = var.{{ pool.variable | ident }}.min_size
    max_size     = var.{{ pool.variable | ident }}.max_size
    desired_size = var.{{ pool.variable | ident }}.desired_size
  }

  update_config {
    max_unavailable = 1
  }

  launch_template {
    id      = aws_launch_template.{{ pool.identifier | ident }}{{ pool.index | hcl }}.id
    version = aws_launch_template.{{ pool.identifier | ident }}{{ pool.index | hcl }}.latest_version
  }
{% for taint in pool.taints %}
  taint {
    key    = {{ taint.key | hcl }}
{%- if taint.has_value %}
    value  = {{ taint.value | hcl }}
{%- endif %}
    effect = {{ taint.effect | hcl }}
  }
{% endfor %}
  lifecycle {
    create_before_destroy = true
{%- if group.autoscaled %}

    # cluster-autoscaler's: what stands there is what a group starts with.
    ignore_changes = [scaling_config[0].desired_size]
{%- endif %}
  }

  # Nodes become Ready only with these, and are drained before these go.
  depends_on = [
{%- for address in before_nodes %}
    {{ address | hcl }},
{%- endfor %}
    aws_iam_role_policy_attachment.node,
{%- for part in network.parts %}
    {{ part | hcl }},
{%- endfor %}
  ]
}
{%- endfor %}
{%- endfor %}
