/* Everything here
   is explained. */
resource "aws_sqs_queue" "jobs" { // the queue
  name = "jobs"                   # short
  # visible after the longest job
  visibility_timeout_seconds = 900 // seconds
  redrive_policy = jsonencode({ /* dead letters */
    deadLetterTargetArn = aws_sqs_queue.dead.arn # there
    maxReceiveCount     = 5                      // tries
  })                                             # policy
}                                                // jobs
# the end
