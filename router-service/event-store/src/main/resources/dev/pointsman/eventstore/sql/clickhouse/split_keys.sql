(SELECT arrayJoin(splitByChar(char(31), :keys)))
