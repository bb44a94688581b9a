package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;

class OpenCvLibraryTest {

  @Test
  void library_onThisMachine_loadsHoweverOftenItIsAskedFor() {
    assertThatNoException().isThrownBy(OpenCvLibrary::require);
    assertThatNoException().isThrownBy(OpenCvLibrary::require);
  }

  /** The errors are copies of JavaCPP's errors. */
  @Test
  void folderMountedNoexec_isNamedWithTheOptionThatChoosesAnother() throws Exception {
    UnsatisfiedLinkError failure =
        new UnsatisfiedLinkError("no jniopenblas_nolapack in java.library.path: FOLDER");
    failure.initCause(
        new UnsatisfiedLinkError(
            "/c/libjniopenblas_nolapack.so: /c/libjniopenblas_nolapack.so: failed to map segment"
                + " from shared object"));

    assertThat(OpenCvLibrary.explain(failure))
        .hasLineCount(1)
        .contains(Loader.getCacheDir() + " forbids loading native libraries", "noexec")
        .contains("-Dorg.bytedeco.javacpp.cachedir=DIR", "JDK_JAVA_OPTIONS");
  }

  @Test
  void missingLibrary_isNamedByItsPlatform() {
    assertThat(
            OpenCvLibrary.explain(
                new UnsatisfiedLinkError("no jniopencv_core in java.library.path: FOLDER")))
        .contains(Loader.getPlatform(), "org.bytedeco:opencv", "on the class path");
  }
}
