resource "aws_cloudwatch_metric_alarm" "high" {
  treat_missing_data                    = "notBreaching"
  a                                     = 1
  evaluate_low_sample_count_percentiles = "evaluate"
}
