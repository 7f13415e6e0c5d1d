data "aws_iam_policy_document" "bucket" {
  statement{
sid="AllowRead"
effect="Allow"
actions=["s3:GetObject",
"s3:ListBucket"]
resources=[aws_s3_bucket.this.arn,"${aws_s3_bucket.this.arn}/*"]
principals{
type="AWS"
identifiers=[for a in var.accounts:"arn:aws:iam::${a}:root"]
}
condition{
test="StringEquals"
variable="aws:PrincipalOrgID"
values=[var.org]
}
}
}
