package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.bytedeco.opencv.global.opencv_core.CV_64FC4;

import dev.millrace.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativeMemoryTest {

  /** Side of a matrix of 2 to the power of 47 bytes, which is more than a process can address. */
  private static final int SIDE = 1 << 21;

  @Test
  void lackOfMemoryInOpenCv_isAnOutOfMemoryError_thatSaysWhatToDo() {
    OpenCvLibrary.require();
    RuntimeException failure =
        catchThrowableOfType(RuntimeException.class, () -> new Mat(SIDE, SIDE, CV_64FC4).close());

    assertThatThrownBy(() -> NativeMemory.throwIfExhausted(failure))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("lower max-pixels or decode-threads")
        .hasCause(failure);
  }

  @Test
  void lackOfMemoryInCpp_isAnOutOfMemoryError() {
    assertThatThrownBy(() -> NativeMemory.throwIfExhausted(new RuntimeException("std::bad_alloc")))
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void otherFailure_isNone() {
    OpenCvLibrary.require();
    RuntimeException failure =
        catchThrowableOfType(RuntimeException.class, () -> new Mat(-1, 1, CV_64FC4).close());

    assertThatNoException().isThrownBy(() -> NativeMemory.throwIfExhausted(failure));
    assertThatNoException()
        .isThrownBy(() -> NativeMemory.throwIfExhausted(new RuntimeException((String) null)));
  }

  /** If memory is short for a moment, a valid picture must not be called damaged. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void pictureThatMemoryHasNoRoomFor_isNotCalledDamaged(@TempDir Path folder) throws Exception {
    assertThat(
            ChildJvm.run(
                folder,
                ScarceMemory.class,
                List.of(
                    "-Xmx256m",
                    "-Dorg.bytedeco.javacpp.maxBytes=0",
                    "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0")))
        .containsExactly(
            "small\tdecoded",
            "small and cut off\tundecodable",
            "large png\tout of memory",
            "large progressive jpeg\tout of memory");
  }
}
