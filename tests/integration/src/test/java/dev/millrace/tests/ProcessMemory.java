package dev.millrace.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a process's memory use from Linux's {@code /proc/PID/status} (proc(5)). */
public final class ProcessMemory {

  private final Path status;

  public ProcessMemory(long pid) {
    status = Path.of("/proc", Long.toString(pid), "status");
  }

  /** Returns the resident memory now, in bytes. */
  public long resident() throws IOException {
    return bytes("VmRSS:");
  }

  /** Returns the largest resident memory at any moment so far, in bytes. */
  public long peakResident() throws IOException {
    return bytes("VmHWM:");
  }

  private long bytes(String field) throws IOException {
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException(status + " has no " + field);
  }
}
