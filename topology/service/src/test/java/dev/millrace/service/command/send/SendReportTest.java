package dev.millrace.service.command.send;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendReportTest {

  @Test
  void line_tellsCountTimeAndRate() {
    assertThat(new SendReport("images", 1_000, 0, 5, 3.2).line())
        .isEqualTo("sent 1,000 images to images in 3.2 s (313/s)");
  }

  @Test
  void lineAfterFailures_countsThem() {
    assertThat(new SendReport("images", 1, 2, 5, 1).line())
        .isEqualTo("sent 1 image to images in 1.0 s (1/s), 2 failed");
  }

  @Test
  void json_isOneObject() {
    assertThat(new SendReport("images", 1_000, 1, 77, 3.2).json())
        .isEqualTo(
            "{\"topic\":\"images\",\"sent\":1000,\"failed\":1,\"bytes\":77,\"seconds\":3.2,"
                + "\"rate\":312.5}");
  }
}
