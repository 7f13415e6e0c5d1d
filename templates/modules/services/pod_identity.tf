locals {
  # Pods of this account, through the Pod Identity agent. Which service account gets a role is said by
  # its association.
  pod_identity_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PodIdentity"
        Effect    = "Allow"
        Principal = { Service = "pods.eks.amazonaws.com" }
        Action = [
          "sts:AssumeRole",
          "sts:TagSession",
        ]
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}
