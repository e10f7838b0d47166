import CProcess
import Domain
import Glibc

/// Why a process was not started, in words for the task's reader.
struct SpawnFailure: Error {
    var reason: String
}

extension ShellRunner {
    func spawn(
        _ launch: ShellLaunch, output: Int32, slot: Int32
    ) -> Result<Int32, SpawnFailure> {
        let ours = [
            EnvironmentEntry(name: "SPILLWAY_RUN_ID", value: launch.id.run.name),
            EnvironmentEntry(name: "SPILLWAY_TASK_ID", value: launch.id.task.name),
            EnvironmentEntry(name: "SPILLWAY_ATTEMPT", value: "\(launch.id.number)"),
            EnvironmentEntry(name: "SPILLWAY_TOKEN", value: launch.token),
        ]
        guard let environment = environment.block(with: launch.environment + ours) else {
            return .failure(
                SpawnFailure(
                    reason: "a variable of its environment has no name, or a NUL or '=' in it"))
        }
        var arguments = CStringBlock()
        for argument in ["/bin/sh", "-c", launch.command] where !arguments.append(argument) {
            return .failure(SpawnFailure(reason: "its command contains a NUL character"))
        }
        var pid: pid_t = 0
        let code = arguments.withPointers { arguments in
            environment.withPointers { environment in
                launch.directory.withCString { directory in
                    spillway_spawn(
                        arguments, environment, directory, null, output,
                        isolation == .session ? 1 : 0, slot, &pid)
                }
            }
        }
        return code == 0 ? .success(pid) : .failure(Self.explain(code, launch.directory))
    }

    private static func explain(_ code: Int32, _ directory: String) -> SpawnFailure {
        var status = stat()
        if stat(directory, &status) != 0 {
            let why =
                errno == ENOENT ? "does not exist" : "is not to be had: \(message(errno))"
            return SpawnFailure(reason: "its working directory \(directory) \(why)")
        }
        if status.st_mode & S_IFMT != S_IFDIR {
            return SpawnFailure(reason: "its working directory \(directory) is no folder")
        }
        if access(directory, X_OK) != 0 {
            return SpawnFailure(
                reason: "its working directory \(directory) may not be entered")
        }
        return switch code {
        case E2BIG:
            SpawnFailure(
                reason: "its command or environment is longer than the system allows "
                    + "(128 KiB a text): put the command into a file")
        case EAGAIN:
            SpawnFailure(reason: "no more processes may be started (ulimit -u)")
        default: SpawnFailure(reason: "/bin/sh could not be started: \(message(code))")
        }
    }

    private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}
