# SPDX-License-Identifier: BSD-2-Clause
#
# errors_page.awk: writes the man page zcxsk_errors(7) of the tables in errors.md.

# Text that troff takes as it is, with commands in bold.
function escaped(text, parts, n, i, out) {
	gsub(/\\\|/, "|", text)
	while (match(text, /[^.]\. [A-Z]/))
		text = substr(text, 1, RSTART + 1) "\n\001" substr(text, RSTART + 3)
	gsub(/\\/, "\\e", text)
	gsub(/\001/, "\\\\\\&", text)
	gsub(/…/, "...", text)
	n = split(text, parts, "`")
	for (i = 1; i <= n; i++) {
		if (i % 2 == 0)
			gsub(/-/, "\\-", parts[i])
		out = out (i % 2 ? parts[i] : "\\fB" parts[i] "\\fR")
	}
	return out
}

# The texts of a cell, a line each.
function write(cell, parts, n, i) {
	n = split(cell, parts, /<br>/)
	for (i = 1; i <= n; i++)
		print "\\&" escaped(parts[i]) (i < n ? ";" : ".")
}

function close_section() {
	if (open)
		print ".El"
	open = 0
}

BEGIN {
	print ".\\\" SPDX-License-Identifier: BSD-2-Clause"
	print ".Dd November 30, 2026\n.Dt ZCXSK_ERRORS 7\n.Os"
	print ".Sh NAME\n.Nm zcxsk_errors\n.Nd causes of errors, and what to do"
	print ".Sh DESCRIPTION"
	print "A call of libzcxsk that fails fills a\n.Vt struct zcxsk_error :"
	print "the step, the errno, the most likely cause, and a remedy."
	print "This page lists them by step.\nThree dots stand for a value."
	print "A cause with several texts has those that apply."
	print "Each names the test that sees it; in those named \"remedies\" the remedy is"
	print "followed, and the call that was refused then succeeds."
}

/^## / {
	close_section()
	print ".Ss \\&" substr($0, 4)
	next
}

/^\|/ && !/^\|-/ && !/^\| error / {
	line = $0
	gsub(/\\\|/, "\001", line)
	split(line, cells, "|")
	for (i = 2; i <= 5; i++) {
		gsub(/^ +| +$/, "", cells[i])
		gsub(/\001/, "\\|", cells[i])
	}
	if (!open)
		print ".Bl -tag -width Ds"
	open = 1
	print ".It " (cells[2] ~ /^E[A-Z]+$/ ? "Bq Er " cells[2] : cells[2])
	if (cells[3] != "")
		write(cells[3])
	if (cells[4] != "") {
		if (cells[3] != "")
			print ".br"
		write(cells[4])
	}
	print ".br\n(" escaped(cells[5]) ")"
}

END {
	close_section()
	print ".Sh SEE ALSO\n.Xr zcxsk 3 ,\n.Xr zcxsk_error_format 3"
}
