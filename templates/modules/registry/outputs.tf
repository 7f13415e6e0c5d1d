output "arn" {
  description = "ARN of the repository."
  value       = aws_ecr_repository.this.arn
}

output "url" {
  description = "URL of the repository, which images are called by."
  value       = aws_ecr_repository.this.repository_url
}

output "access" {
  description = "Statements of IAM for a pod that pushes images, as modules/pod_role takes them. Nodes pull without any of them."
  value = [
    {
      # It takes no resource.
      Sid      = "Login"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"]
    },
    {
      Sid    = "Images"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = [aws_ecr_repository.this.arn]
    },
  ]
}
