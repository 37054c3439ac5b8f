SELECT count(*) FROM inference
