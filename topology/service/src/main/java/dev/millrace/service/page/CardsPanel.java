package dev.millrace.service.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.events.Prediction;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The content of the panel with the last predictions.
 *
 * @param cards the predictions, the newest first
 */
record CardsPanel(List<Card> cards) {

  /**
   * A prediction.
   *
   * @param number the card's number, which is also the name of its thumbnail
   * @param id the image's id
   * @param probability the label's probability
   * @param truth the image's true label, or null if unknown
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Card(
      long number, String id, String label, double probability, int version, String truth) {}

  static CardsPanel of(
      List<RecentPredictions.Card> cards, Function<String, Optional<String>> truth) {
    return new CardsPanel(cards.stream().map(card -> card(card, truth)).toList());
  }

  private static Card card(RecentPredictions.Card card, Function<String, Optional<String>> truth) {
    Prediction prediction = card.prediction();
    return new Card(
        card.number(),
        prediction.id(),
        prediction.label(),
        prediction.probability(),
        prediction.model().version(),
        truth.apply(prediction.id()).orElse(null));
  }
}
