package dev.millrace.decode;

import dev.millrace.core.runtime.NativeLibraryException;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;

/** The native library, loaded once a process, when it is first asked for. */
final class OpenCvLibrary {

  /** The C library's words where a folder is mounted {@code noexec}. */
  private static final String NO_EXECUTION = "failed to map segment";

  private static final String FOLDER = "org.bytedeco.javacpp.cachedir";

  private static final Attempt ATTEMPT = load();

  private OpenCvLibrary() {}

  /**
   * Returns once the library is loaded.
   *
   * @throws NativeLibraryException if it does not load on this machine; the message says what to do
   */
  static void require() {
    if (ATTEMPT.failure != null) {
      throw new NativeLibraryException(explain(ATTEMPT.failure), ATTEMPT.failure);
    }
  }

  /** What came of loading: why it failed, or null. */
  private record Attempt(LinkageError failure) {}

  private static Attempt load() {
    try {
      Loader.load(opencv_imgcodecs.class);
      // Images are decoded side by side by our own threads; OpenCV's would only get in their way.
      opencv_core.setNumThreads(1);
      return new Attempt(null);
    } catch (LinkageError e) {
      return new Attempt(e);
    }
  }

  /** What to do, in one line. */
  static String explain(LinkageError failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(NO_EXECUTION)) {
        return "OpenCV does not load: "
            + folder()
            + " forbids loading native libraries (is it mounted noexec?); name another folder with -D"
            + FOLDER
            + "=DIR, in MILLRACE_OPTS or on Java's command line";
      }
    }
    return "OpenCV does not load on "
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
