# What Karpenter needs in AWS beside its own role: the events that announce an interruption, and the role of
# the nodes that it makes.

locals {
  karpenter_events = {
    capacity-reservation  = { source = "aws.ec2", detail_type = "EC2 Capacity Reservation Instance Interruption Warning" }
    instance-state-change = { source = "aws.ec2", detail_type = "EC2 Instance State-change Notification" }
    rebalance             = { source = "aws.ec2", detail_type = "EC2 Instance Rebalance Recommendation" }
    scheduled-change      = { source = "aws.health", detail_type = "AWS Health Event" }
    spot-interruption     = { source = "aws.ec2", detail_type = "EC2 Spot Instance Interruption Warning" }
  }
}

resource "aws_sqs_queue" "karpenter" {
{%- if not everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name                      = var.name
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "karpenter" {
{%- if not everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  queue_url = aws_sqs_queue.karpenter{{ index | hcl }}.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Events"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.karpenter{{ index | hcl }}.arn
        # A rule of another account that sends here could have nodes drained.
        Condition = { ArnEquals = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.karpenter : rule.arn] } }
      },
      {
        Sid       = "OnlyTLS"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.karpenter{{ index | hcl }}.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "karpenter" {
  for_each = {{ events | hcl }}

  name        = "${var.name}-${each.key}"
  description = "Tells Karpenter: ${each.value.detail_type}."

  event_pattern = jsonencode({
    source      = [each.value.source]
    detail-type = [each.value.detail_type]
  })
}

resource "aws_cloudwatch_event_target" "karpenter" {
  for_each = {{ events | hcl }}

  rule      = aws_cloudwatch_event_rule.karpenter[each.key].name
  target_id = "karpenter"
  arn       = aws_sqs_queue.karpenter{{ index | hcl }}.arn
}

resource "aws_iam_role" "karpenter_node" {
{%- if not everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name        = "${var.name}-karpenter-node"
  description = "Nodes that Karpenter makes."

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

resource "aws_iam_role_policy_attachment" "karpenter_node" {
  for_each = {{ node_policies | hcl }}

  role       = aws_iam_role.karpenter_node{{ index | hcl }}.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value}"
}

# EKS makes the entry of managed node groups itself, but not this one.
resource "aws_eks_access_entry" "karpenter_node" {
{%- if not everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_iam_role.karpenter_node{{ index | hcl }}.arn
  type          = "EC2_LINUX"
}
