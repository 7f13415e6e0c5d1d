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

resource "aws_launch_template" "{{ pool.identifier | ident }}" {
{%- if not pool.everywhere %}
  count = {{ pool.count | hcl }}
{% endif %}
  name                   = "${var.name}-{{ pool.name | ident }}"
  update_default_version = true

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"

    # One hop: no pod reaches the node's role but those in the host's network.
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.{{ pool.variable | ident }}.disk_gib
      encrypted             = true
      delete_on_termination = true
    }
  }
{% for resource in ["instance", "volume", "network-interface"] %}
  tag_specifications {
    resource_type = {{ resource | hcl }}
    tags          = merge(var.tags, { Name = "${var.name}-{{ pool.name | ident }}" })
  }
{% endfor %}
  tags = { Name = "${var.name}-{{ pool.name | ident }}" }
}

resource "aws_eks_node_group" "{{ pool.identifier | ident }}" {
{%- if not pool.everywhere %}
  count = {{ pool.count | hcl }}
{% endif %}
  cluster_name           = aws_eks_cluster.this.name
  node_group_name_prefix = "{{ pool.name | ident }}-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = {{ network.private_subnet_list | hcl }}
  version                = aws_eks_cluster.this.version
  ami_type               = var.{{ pool.variable | ident }}.ami_type
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
