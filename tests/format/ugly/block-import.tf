import {
to=aws_s3_bucket.this["logs"]
id="logs"
}
