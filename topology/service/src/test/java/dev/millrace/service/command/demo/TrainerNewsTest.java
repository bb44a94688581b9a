package dev.millrace.service.command.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests the text for a trainer's events. */
class TrainerNewsTest {

  private final TrainerNews news = new TrainerNews();

  @Test
  void eventsThatAreOfNoUseToAViewer_haveNoWords() throws Exception {
    assertThat(words("{'event':'began'}")).isEmpty();
    assertThat(words("{'event':'exported','version':1}")).isEmpty();
  }

  @Test
  void epochAndVerdict() throws Exception {
    assertThat(words("{'event':'epoch','report':{'epoch':3,'loss':0.25}}"))
        .contains("epoch 3, loss 0.250");
    assertThat(
            words(
                "{'event':'judged','verdict':{'blessed':true,'reason':'it is better','images':1500}}"))
        .contains("blessed: it is better; 1,500 held-out images");
    assertThat(
            words(
                "{'event':'judged','verdict':{'blessed':false,'reason':'it is not','images':80}}"))
        .contains("not blessed: it is not; 80 held-out images");
  }

  @Test
  void firstPromotion_hasTheAccuracy() throws Exception {
    words(
        "{'event':'judged','verdict':{'blessed':true,'reason':'','images':1000,'accuracy':0.712}}");

    assertThat(words("{'event':'promoted','version':1}"))
        .contains("version 1 promoted, right on 71.2 % (68.3 to 73.9) of 1,000 held-out images");
  }

  @Test
  void laterPromotion_hasThePointsThatItGained() throws Exception {
    words(
        "{'event':'judged','verdict':"
            + "{'blessed':true,'reason':'','images':1000,'accuracy':0.733,"
            + "'championAccuracy':0.712,'p':0.0021}}");

    assertThat(words("{'event':'promoted','version':2}"))
        .contains("version 2 promoted, +2.1 points (p 0.0021) on 1,000 held-out images");
  }

  private Optional<String> words(String event) throws Exception {
    return news.of(new ObjectMapper().readTree(event.replace('\'', '"')));
  }
}
