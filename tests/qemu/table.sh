# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tables of tests/qemu: a line a row, fields between `|`, the first one its name, `#` comments. A row that ends
# in a backslash goes on in the next line.

# table_read FILE: the rows of a file, each as one line, fields trimmed and separated by `|`.
table_read()
{
	awk '
		/^[ \t]*(#|$)/ { next }
		/\\$/ { sub(/[ \t]*\\$/, " "); row = row $0; next }
		{
			row = row $0
			gsub(/[ \t]*\|[ \t]*/, "|", row)
			gsub(/[ \t]+/, " ", row)
			sub(/^ /, "", row)
			sub(/ $/, "", row)
			print row
			row = ""
		}' "$TOP/tests/qemu/$1"
}

# table_expand: writes the tables of this run to WORK/tables: cells and images, with those that follow from `matrix`.
table_expand()
{
	mkdir -p "$WORK/tables"
	table_read outcomes >"$WORK/tables/outcomes"
	table_read matrix >"$WORK/tables/matrix"
	table_read storage >"$WORK/tables/storage"
	for expanded in cells images; do
		table_read $expanded >"$WORK/tables/$expanded"
		awk -v table=$expanded -f "$TOP/tests/qemu/matrix.awk" "$WORK/tables/outcomes" "$WORK/tables/matrix" \
			>>"$WORK/tables/$expanded"
	done
}

# table_names TABLE
table_names()
{
	cut -d '|' -f 1 "$WORK/tables/$1"
}

# table_cell TABLE ROW COLUMN: one field; columns count from 1, the name's.
table_cell()
{
	awk -F '|' -v row="$2" -v column="$3" '$1 == row { print $column }' "$WORK/tables/$1"
}

# table_note CELL passed|failed|skipped TEXT: what became of a cell; TEXT is its seconds, or why it was skipped.
table_note()
{
	echo "$1|$2|$3" >>"$WORK/results"
}

# table_show: the matrix with the results of this run, as a person reads it.
table_show()
{
	touch "$WORK/results"
	awk -f "$TOP/tests/qemu/results.awk" "$WORK/tables/outcomes" "$WORK/tables/matrix" "$WORK/results"
}
