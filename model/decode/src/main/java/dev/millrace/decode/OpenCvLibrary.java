package dev.millrace.decode;

import dev.millrace.core.runtime.NativeLibraryException;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;

/** OpenCV's native library. It is loaded once per process, at the first use of this class. */
final class OpenCvLibrary {

  /** The C library's message for a folder that is mounted {@code noexec}. */
  private static final String NO_EXECUTION = "failed to map segment";

  private static final String FOLDER = "org.bytedeco.javacpp.cachedir";

  private static final Attempt ATTEMPT = load();

  private OpenCvLibrary() {}

  /**
   * Requires that the library is loaded.
   *
   * @throws NativeLibraryException if the library cannot be loaded on this machine; the message
   *     says what to do
   */
  static void require() {
    if (ATTEMPT.failure != null) {
      throw new NativeLibraryException(explain(ATTEMPT.failure), ATTEMPT.failure);
    }
  }

  /** The result of loading the library: the error, or null if loading succeeded. */
  private record Attempt(LinkageError failure) {}

  private static Attempt load() {
    try {
      Loader.load(opencv_imgcodecs.class);
      // Our own threads decode images in parallel; OpenCV's threads would only compete with them.
      opencv_core.setNumThreads(1);
      return new Attempt(null);
    } catch (LinkageError e) {
      return new Attempt(e);
    }
  }

  /** {@return one line that says what happened and what to do} */
  static String explain(LinkageError failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(NO_EXECUTION)) {
        return "OpenCV cannot be loaded: "
            + folder()
            + " forbids loading native libraries (is it mounted noexec?); name another folder with -D"
            + FOLDER
            + "=DIR, on Java's command line or in JDK_JAVA_OPTIONS";
      }
    }
    return "OpenCV cannot be loaded on "
        + Loader.getPlatform()
        + "; put org.bytedeco:opencv and openblas with that classifier on the class path";
  }

  private static String folder() {
    try {
      return Loader.getCacheDir().toString();
    } catch (IOException e) {
      return "its folder";
    }
  }
}
