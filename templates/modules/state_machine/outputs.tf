output "arn" {
  description = "ARN of the state machine, which starts ask for."
  value       = aws_sfn_state_machine.this.arn
}

output "role_name" {
  description = "Name of the role of its states: policies of the application's own go there."
  value       = aws_iam_role.this.name
}

output "access" {
  description = "Statements of IAM for a pod that starts executions and follows them, as modules/pod_role takes them."
  value = [
    {
      Sid      = "StateMachine"
      Effect   = "Allow"
      Action   = ["states:ListExecutions", "states:StartExecution"]
      Resource = [aws_sfn_state_machine.this.arn]
    },
    {
      Sid      = "Executions"
      Effect   = "Allow"
      Action   = ["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"]
      Resource = ["${replace(aws_sfn_state_machine.this.arn, ":stateMachine:", ":execution:")}:*"]
    },
  ]
}
