resource "aws_lambda_function" "fn" {
	function_name = "${var.name}"
	handler = "index.handler"
	runtime = "nodejs20.x"
	filename = "${data.archive_file.zip.output_path}"
	source_code_hash = "${data.archive_file.zip.output_base64sha256}"

	environment {
		variables = {
			TABLE = "${aws_dynamodb_table.t.name}"
			LOG_LEVEL = "${var.debug ? "debug" : "info"}"
		}
	}

	tags = "${merge(
		var.tags,
		map("Name", "fn")
	)}"
}
