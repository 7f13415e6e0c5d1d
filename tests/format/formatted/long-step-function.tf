resource "aws_sfn_state_machine" "m" {
  name     = "m"
  role_arn = aws_iam_role.sfn.arn
  definition = jsonencode({
    StartAt = "First"
    States = {
      First = {
        Type     = "Task",
        Resource = aws_lambda_function.fn.arn,
        Next     = "Choice"
      }
      Choice = {
        Type = "Choice"
        Choices = [{ Variable = "$.ok", BooleanEquals = true, Next = "Done" }, {
          Variable      = "$.ok"
          BooleanEquals = false
          Next          = "First"
        }]
      }
      Done = { Type = "Succeed" }
    }
  })
}
