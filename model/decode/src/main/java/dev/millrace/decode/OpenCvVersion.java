package dev.millrace.decode;

import org.bytedeco.opencv.global.opencv_core;

/** The version of OpenCV. */
public final class OpenCvVersion {

  private OpenCvVersion() {}

  /** {@return the version of OpenCV and of its Java binding, for example {@code 4.13.0-1.5.13}} */
  public static String read() {
    String version = opencv_core.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }
}
