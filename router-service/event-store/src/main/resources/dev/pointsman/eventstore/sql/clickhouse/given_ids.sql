SELECT toUUID(arrayJoin(splitByChar(',', :ids)))
