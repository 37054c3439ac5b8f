SELECT inference_id, episode_id FROM inference WHERE tags[:key] = :value
