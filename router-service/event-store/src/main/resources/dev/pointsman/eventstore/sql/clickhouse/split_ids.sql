(SELECT toUUID(arrayJoin(splitByChar(char(31), :keys))))
