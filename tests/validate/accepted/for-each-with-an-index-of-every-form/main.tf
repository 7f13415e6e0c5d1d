terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "this" {
  for_each = toset(["jobs", "mail"])

  name = each.key
}

resource "aws_sqs_queue_policy" "this" {
  for_each = aws_sqs_queue.this

  queue_url = each.value.url
  policy    = aws_sqs_queue.this[each.key].arn
}

data "aws_region" "all" {
  for_each = toset(["eu-west-1", "eu-north-1"])

  region = each.key
}

module "m" {
  source   = "./m"
  for_each = aws_sqs_queue.this

  name = each.key
}

locals {
  queues = aws_sqs_queue.this
}

output "everything" {
  value = {
    whole    = aws_sqs_queue.this
    names    = keys(aws_sqs_queue.this)
    arns     = values(aws_sqs_queue.this)[*].arn
    old      = values(aws_sqs_queue.this).*.arn
    for      = { for name, queue in aws_sqs_queue.this : name => queue.arn }
    one      = aws_sqs_queue.this["jobs"].arn
    perhaps  = try(aws_sqs_queue.this["none"].arn, null)
    local    = local.queues["jobs"].arn
    region   = data.aws_region.all["eu-west-1"].description
    regions  = [for region in data.aws_region.all : region.description]
    text     = join(",", [for name in ["jobs"] : "${aws_sqs_queue.this[name].arn}"])
    module   = module.m["jobs"].o
    modules  = values(module.m)[*].o
    by_name  = module.m.jobs.o
    shadowed = [for aws_sqs_queue in [{ this = { arn = "x" } }] : aws_sqs_queue.this.arn]
  }
}
