package dev.millrace.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import dev.millrace.core.model.ModelException;

/** The native library, loaded once a process, when it is first asked for. */
final class OrtLibrary {

  /** What goes wrong reaches us as exceptions; the library's own log would only repeat it. */
  static final OrtLoggingLevel LOG_LEVEL = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

  private static final Attempt ATTEMPT = load();

  private OrtLibrary() {}

  /**
   * ONNX Runtime's environment, which lives as long as the process.
   *
   * @throws ModelException if the native library does not load on this machine
   */
  static OrtEnvironment environment() {
    if (ATTEMPT.failure != null) {
      throw new ModelException(
          "ONNX Runtime's native library does not load: "
              + OrtFailure.line(ATTEMPT.failure)
              + "; it needs Linux with glibc, macOS or Windows on x86-64 or arm64, and a temporary"
              + " folder, or the folder that -Donnxruntime.native.path names, to load from",
          ATTEMPT.failure);
    }
    return ATTEMPT.environment;
  }

  /** What came of loading: one of the two is null. */
  private record Attempt(OrtEnvironment environment, Throwable failure) {}

  private static Attempt load() {
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment(LOG_LEVEL, "millrace");
      environment.setTelemetry(false);
      return new Attempt(environment, null);
    } catch (OrtException | RuntimeException | LinkageError e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return new Attempt(null, root);
    }
  }
}
