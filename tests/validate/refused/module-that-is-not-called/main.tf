output "arn" {
  value = module.queue.arn
}
