// The page: what htmx alone cannot do. Each module is about one thing.
import "./toasts.js";
import "./gallery.js";
import "./lightbox.js";
import "./sync.js";
import "./styles.js";
