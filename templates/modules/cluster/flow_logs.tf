resource "aws_cloudwatch_log_group" "flow_logs" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  name              = "/aws/vpc/${var.name}/flow-logs"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
}

resource "aws_flow_log" "this" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  vpc_id               = aws_vpc.this{{ network.index | hcl }}.id
  traffic_type         = "ALL"
  log_destination_type = "cloud-watch-logs"
  log_destination      = aws_cloudwatch_log_group.flow_logs{{ network.index | hcl }}.arn
  iam_role_arn         = aws_iam_role.flow_logs{{ network.index | hcl }}.arn

  tags = { Name = var.name }
}

resource "aws_iam_role" "flow_logs" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  name        = "${var.name}-flow-logs"
  description = "Lets the VPC's flow log write to its log group."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "FlowLogs"
        Effect    = "Allow"
        Principal = { Service = "vpc-flow-logs.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "flow_logs" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  name = "write"
  role = aws_iam_role.flow_logs{{ network.index | hcl }}.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Write"
        Effect = "Allow"
        Action = [
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:PutLogEvents",
        ]
        Resource = "${aws_cloudwatch_log_group.flow_logs{{ network.index | hcl }}.arn}:*"
      },
    ]
  })
}
