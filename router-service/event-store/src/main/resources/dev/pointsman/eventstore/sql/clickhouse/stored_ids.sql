SELECT ${id} FROM ${table} WHERE ${id} IN (SELECT toUUID(arrayJoin(splitByChar(',', :ids))))
