resource "aws_iam_user" "u" {
for_each=toset(["a","b"])
name=each.key
}
