package dev.millrace.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {

  @ParameterizedTest
  @CsvSource({
    "cpu, CPU, 0, cpu",
    "cuda, CUDA, 0, cuda:0",
    "cuda:0, CUDA, 0, cuda:0",
    "cuda:15, CUDA, 15, cuda:15",
    "cuda:999, CUDA, 999, cuda:999",
  })
  void device_parsed_isWhatItsTextSays(String text, Device.Kind kind, int index, String canonical) {
    Device device = Device.parse(text);

    assertThat(device).isEqualTo(new Device(kind, index)).hasToString(canonical);
    assertThat(Device.parse(device.toString())).isEqualTo(device);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "CPU",
        "cpu:0",
        "gpu",
        "cuda:",
        "cuda:-1",
        "cuda:1000",
        "cuda:a",
        "cuda:٣",
        "cuda:0,cuda:1",
        " cpu",
        "rocm:0"
      })
  void device_ofAnotherText_isRefused(String text) {
    assertThatThrownBy(() -> Device.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device: '" + text + "' is neither cpu nor cuda:N, N from 0 to 999");
  }

  @Test
  void device_withAnIndexItCannotHave_isRefused() {
    assertThatThrownBy(() -> new Device(Device.Kind.CPU, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device: index 1 is not 0");
    assertThatThrownBy(() -> new Device(Device.Kind.CUDA, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device: index -1 is not 0 or above");
  }
}
