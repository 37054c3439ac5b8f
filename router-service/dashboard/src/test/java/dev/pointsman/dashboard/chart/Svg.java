package dev.pointsman.dashboard.chart;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Reads a chart back as XML. */
final class Svg {

  private Svg() {}

  static Document parsed(String svg) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg)));
    } catch (Exception e) {
      throw new AssertionError("not well-formed: " + svg, e);
    }
  }

  /** The elements whose class has all of some words, for example {@code "area v0"}. */
  static List<Element> ofClass(String svg, String words) {
    NodeList all = parsed(svg).getElementsByTagName("*");
    List<Element> found = new ArrayList<>();
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      if (List.of(element.getAttribute("class").split(" "))
          .containsAll(List.of(words.split(" ")))) {
        found.add(element);
      }
    }
    return found;
  }
}
