DELETE FROM rollup_mark
