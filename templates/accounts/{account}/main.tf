# Whom pipelines log in as. Who may change this stack may give them any rights: so no pipeline applies it, but an
# administrator of the account (scripts/bootstrap, later scripts/apply).

locals {
  # What a pipeline's token must say for a role, and where it goes on from there.
  pipelines = {
{%- for role in roles %}
    {{ role.name | hcl }} = {
      path        = {{ role.path | hcl }}
      description = {{ role.description | hcl }}
      claims      = {{ role.claims | hcl }}
      roles       = {{ role.roles | hcl }}
    }
{%- endfor %}
  }
}

# An account has one provider for each address, which others may use, too: one that exists is imported by its ARN, and has
# {{ audience | comment }} among its audiences. IAM knows the host's certificate authorities itself.
resource "aws_iam_openid_connect_provider" "pipelines" {
  url            = {{ url | hcl }}
  client_id_list = [{{ audience | hcl }}]

  lifecycle {
    ignore_changes = [client_id_list, tags, tags_all] # those of others
  }
}

resource "aws_iam_role" "pipeline" {
  for_each = local.pipelines

  name                 = each.key
  path                 = each.value.path
  description          = each.value.description
  max_session_duration = {{ session | hcl }}

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = {{ sid | hcl }}
        Effect    = "Allow"
        Principal = { Federated = aws_iam_openid_connect_provider.pipelines.arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = { {{ operator | ident }} = each.value.claims }
      },
    ]
  })
}

# Nothing but to go on: what the environments' roles may do is decided where those are made.
resource "aws_iam_role_policy" "go_on" {
  for_each = local.pipelines

  name = "go-on"
  role = aws_iam_role.pipeline[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "GoOnToEnvironments"
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = each.value.roles
      },
    ]
  })
}
