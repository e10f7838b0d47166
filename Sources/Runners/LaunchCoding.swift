import ByteCoding
import Domain
import SchedulerCore

extension ByteWriter {
    mutating func write(_ launch: ShellLaunch) {
        write(launch.id)
        write(launch.command)
        write(list: launch.environment) { writer, entry in
            writer.write(entry.name)
            writer.write(entry.value)
        }
        write(launch.directory)
        write(launch.log)
        write(launch.token)
        write(launch.limits)
        write(launch.place) { writer, place in
            writer.write(unsigned: place.lane)
            writer.write(place.rank)
        }
        write(list: launch.after) { $0.write($1) }
    }
}

extension ByteReader {
    mutating func launch() throws(PayloadError) -> ShellLaunch {
        let (id, command) = (try attempt(), try string())
        let environment = try list { (reader) throws(PayloadError) in
            EnvironmentEntry(name: try reader.string(), value: try reader.string())
        }
        return ShellLaunch(
            id: id, command: command, environment: environment, directory: try string(),
            log: try string(), token: try string(), limits: try limits(),
            place: try optional { (reader) throws(PayloadError) in
                SlotPlace(lane: try reader.unsigned(), rank: try reader.int())
            },
            after: try list { (reader) throws(PayloadError) in try reader.attempt() })
    }
}
